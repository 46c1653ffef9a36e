//! Tables with personal data, and the columns that contain it.

use crate::{
    schema::contract::{ContractTable, TABLES},
    storage::TableId,
};

const CUSTOMER_ID: &str = "customer_id";
/// The original text of a rejected row.
pub(super) const RAW: &str = "raw";
/// The pseudonym of a rejected row.
const REJECTED_CUSTOMER: &str = "customer";

/// A table with personal data.
pub(super) struct PersonalTable {
    pub(super) id: TableId,
    /// The columns that identify customers.
    pub(super) columns: &'static [&'static str],
    /// The column of time, if the table contains facts.
    pub(super) time: Option<&'static str>,
}

/// All tables with personal data. Relations and publications contain none.
pub(super) fn personal_tables() -> Vec<PersonalTable> {
    let has_customers = |table: &&ContractTable| table.column(CUSTOMER_ID).is_some();
    let facts = TABLES.iter().filter(has_customers).map(|table| PersonalTable {
        id: TableId::facts(table.name),
        columns: &[CUSTOMER_ID],
        time: Some(table.time_column()),
    });
    let id = TableId::ledger("rejects");
    let rejects = PersonalTable { id, columns: &[RAW, REJECTED_CUSTOMER], time: None };
    facts.chain([rejects]).collect()
}
