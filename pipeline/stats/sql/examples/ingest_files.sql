-- Which files were ingested last, and were all rows accepted?
SELECT file, read, accepted, rejected, repeats, filtered, known_at
FROM ingest_files
ORDER BY known_at DESC, file
LIMIT 50;

-- Which files had the largest share of bad rows?
SELECT file, read, rejected, round(rejected * 1.0 / nullif(read, 0), 4) AS share
FROM ingest_files
ORDER BY share DESC, file
LIMIT 20;

-- How many rows were read per folder of the inbox?
SELECT split_part(file, '/', 1) AS folder, count(*) AS files, sum(read) AS read, sum(accepted) AS accepted, sum(repeats) AS repeats
FROM ingest_files
GROUP BY folder
ORDER BY read DESC;
