-- finds: cancellations that name no placed order; they are kept and never netted
-- remedy: deliver the orders too, or map the same order id for order and cancellation
-- step: market
SELECT event_id AS key, campaign_id AS found FROM orphan_cancellations
