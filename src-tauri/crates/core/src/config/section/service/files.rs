//! `[[service.metrics]]`, `[[service.log]]` and `[[service.file]]`: what a service leaves where others can read it.

use schemars::JsonSchema;

use crate::config::fields::Fields;

/// Where a service's own metrics are read.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct MetricsSection {
    /// Address of a page in the Prometheus format.
    #[schemars(required)]
    pub prometheus: Option<String>,
}

/// A log of a service.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct LogSection {
    /// Files, with `*` for any name.
    #[schemars(required)]
    pub path: Option<String>,
    /// `json`, `text`, or a named pattern.
    pub format: Option<String>,
}

/// A configuration file of a service, whose versions are kept.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct FileSection {
    /// The file.
    #[schemars(required)]
    pub path: Option<String>,
    /// A JSON Schema that it must satisfy.
    pub schema: Option<String>,
}

impl MetricsSection {
    /// Reads and checks one source of metrics.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("prometheus");
        Self { prometheus: fields.text("prometheus") }
    }
}

impl LogSection {
    /// Reads and checks one log.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("path");
        Self { path: fields.text("path"), format: fields.text("format") }
    }
}

impl FileSection {
    /// Reads and checks one file.
    pub(super) fn read(fields: &mut Fields<'_, '_>) -> Self {
        fields.require("path");
        Self { path: fields.text("path"), schema: fields.text("schema") }
    }
}
