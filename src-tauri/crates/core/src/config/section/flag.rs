//! `[[flag]]`: feature flags of services. Read and checked; acting upon them comes later.

use schemars::JsonSchema;

use crate::config::fields::Fields;

/// A feature flag that services ask for.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct FlagSection {
    /// Its name.
    #[schemars(required)]
    pub id: Option<String>,
    /// The service that it belongs to.
    pub service: Option<String>,
    /// Share of users for whom it is on, 0 to 100.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub rollout_percent: Option<f64>,
    /// Its variants, if it has more than on and off.
    pub variants: Option<Vec<String>>,
}

impl FlagSection {
    /// Reads and checks one flag.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self {
            id: fields.id(),
            service: fields.text("service"),
            rollout_percent: fields.number_within("rollout_percent", 0.0..=100.0),
            variants: fields.texts("variants"),
        }
    }
}
