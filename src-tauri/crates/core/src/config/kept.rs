//! How much of something is kept: a count of pieces or an age.

use std::borrow::Cow;

use crate::time::Span;

/// `7` or `"30d"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// The newest so many.
    Count(u32),
    /// Those younger than this.
    Age(Span),
}

impl schemars::JsonSchema for Kept {
    fn schema_name() -> Cow<'static, str> {
        "Kept".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let age = generator.subschema_for::<Span>();
        schemars::json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1 }, age] })
    }
}
