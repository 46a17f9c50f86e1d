//! The configuration file: schema, validation, settings.
