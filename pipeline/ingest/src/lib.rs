//! Inbox to typed facts: mappings, rejects, accounts.
