//! Interface of the exporters.

use slotcast_core::Audience;

use crate::{error::PublishError, i18n::Lang, view::PageView};

/// File of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    /// Name within the publication's folder.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl ExportFile {
    /// A file whose name contains `-internal` if its readers are internal.
    pub(crate) fn new(view: &PageView, stem: &str, extension: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let suffix = if view.audience == Audience::Internal { "-internal" } else { "" };
        Self { name: format!("{stem}{suffix}.{extension}"), bytes: bytes.into() }
    }
}

/// Exporter of one format.
pub trait Exporter: Sync {
    /// The files of a publication in this format; `lang` is the language shown first.
    ///
    /// # Errors
    ///
    /// If a value cannot be written in this format.
    fn files(&self, view: &PageView, lang: Lang) -> Result<Vec<ExportFile>, PublishError>;
}
