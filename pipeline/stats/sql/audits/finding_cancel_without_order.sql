-- finding: cancels that name no placed order; they are kept and never netted
SELECT event_id AS key, campaign_id AS found FROM order_checks
