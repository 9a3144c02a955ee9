// Rules of the house, on top of those that ship. Tags are what `queue` goes by.

// A picture that says it was generated is not wanted here, whatever its pixels say.
rule generated_by_its_own_account : quarantine
{
    meta:
        reason = "says itself that it was generated"
    condition:
        declared_synthetic or declared_parameters
}

// Avatars only: what is larger is for a person.
rule larger_than_an_avatar : house
{
    meta:
        reason = "larger than 4096 pixels"
        review = true
    condition:
        width > 4096 or height > 4096
}
