-- Which files were ingested last, and were all rows accepted?
SELECT file, read, accepted, rejected, repeats, filtered, replaced, known_at
FROM ingest_files
ORDER BY known_at DESC, file
LIMIT 50;

-- Which files had the largest share of bad or replaced rows?
SELECT file, read, rejected, replaced, round((rejected + coalesce(replaced, 0)) * 1.0 / nullif(read, 0), 4) AS share
FROM ingest_files
ORDER BY share DESC, file
LIMIT 20;

-- Which loads can be retracted, and which are?
SELECT batch_id, mapping, split_part(file, '/', 1) AS folder, count(*) AS files, sum(accepted) AS accepted, count(retracted_at) AS retracted
FROM ingest_files
GROUP BY batch_id, mapping, folder
ORDER BY batch_id DESC, folder;
