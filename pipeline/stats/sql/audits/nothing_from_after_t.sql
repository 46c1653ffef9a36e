-- finds: offers whose T is after as_of or not before their opening
-- step: market
SELECT id AS key, knowledge_at AS found
FROM offer_features
WHERE knowledge_at > $as_of OR knowledge_at >= opens_at
