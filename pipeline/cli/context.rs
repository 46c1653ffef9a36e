//! Input that all commands share.

use crate::{args::CommonArgs, printer::Printer, settings::Settings};

/// Common options, settings, and the printer.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) common: &'a CommonArgs,
    pub(crate) settings: &'a Settings,
    pub(crate) printer: &'a Printer,
}
