//! `warning = { above = 75 }`: one bound in one direction, as rules and KPIs write it.

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;
use crate::rule::Threshold;

/// One of `above` and `below`, in the unit of the series. The bound itself is no breach.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
pub(in crate::config) struct ThresholdSection {
    /// Breached by values over this.
    pub above: Option<f64>,
    /// Breached by values under this.
    pub below: Option<f64>,
}

impl ThresholdSection {
    /// Reads and checks the bound.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Option<Threshold> {
        let (above, below) = (fields.number("above"), fields.number("below"));
        match (fields.has("above"), fields.has("below")) {
            (true, true) => {
                let message = "a bound has one direction: `above` or `below`, not both";
                fields.problem("below", ProblemCode::Contradictory, message);
                None
            }
            (false, false) => {
                let message = format!("`{}` needs `above` or `below`", fields.path());
                fields.problem("above", ProblemCode::MissingKey, message);
                None
            }
            (true, false) => above.map(Threshold::Above),
            (false, true) => below.map(Threshold::Below),
        }
    }
}
