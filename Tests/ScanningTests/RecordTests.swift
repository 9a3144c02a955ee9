// Records and what is counted.
