-- finds: cancellations that name no placed order; they are kept and never netted
-- step: market
SELECT event_id AS key, campaign_id AS found FROM orphan_cancellations
