//! Seats of a slot, shared among tied offers.

/// Gives `seats` to the rows with the largest scores. Calls `each` with every group of tied rows, best first, and with
/// its number of seats: rows that tie for the last seats share them, so the order of rows does not matter.
pub(crate) fn share_seats(
    scores: &[f64],
    rows: impl IntoIterator<Item = usize>,
    seats: usize,
    mut each: impl FnMut(&[usize], f64),
) {
    let mut order: Vec<usize> = rows.into_iter().collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut free = seats as f64;
    for tied in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let taken = free.min(tied.len() as f64);
        each(tied, taken);
        free -= taken;
    }
}
