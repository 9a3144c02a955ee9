-- Questions that are usually asked, to DuckDB:  duckdb -c ".read questions.sql"  beside a folder `records` with *.jsonl in it.

COPY (
    SELECT * FROM read_json('records/*.jsonl', format = 'newline_delimited', union_by_name = true,
        columns = {path: 'VARCHAR', archive: 'VARCHAR', status: 'VARCHAR', code: 'VARCHAR', verdict: 'VARCHAR', sha256: 'VARCHAR',
                   size: 'BIGINT', model: 'VARCHAR', scores: 'STRUCT(fused DOUBLE, spatial DOUBLE, frequency DOUBLE)',
                   image: 'STRUCT(format VARCHAR, width BIGINT, height BIGINT)'})
) TO 'records.parquet' (FORMAT parquet);

CREATE OR REPLACE VIEW records AS SELECT * FROM 'records.parquet';

-- How much of what there is.
SELECT status, verdict, code, count(*) AS pictures FROM records GROUP BY ALL ORDER BY pictures DESC;

-- By format: what could not be scanned, and the share called fake among what could.
SELECT image.format, count(*) AS pictures, round(avg((verdict = 'fake')::INT), 4) AS fake
FROM records WHERE status = 'ok' GROUP BY ALL ORDER BY pictures DESC;

-- The pictures to look at first, each content once.
SELECT any_value(path) AS path, any_value(archive) AS archive, max(scores.fused) AS fused, count(*) AS copies
FROM records WHERE verdict = 'fake' GROUP BY sha256 ORDER BY fused DESC LIMIT 20;
