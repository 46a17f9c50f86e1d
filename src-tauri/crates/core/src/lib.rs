//! Pure rules of Caretaker: no IO, no clock, no threads, no tokio. Everything here is data in, data out, and `now` is an argument.

pub mod alert;
pub mod config;
pub mod egress;
pub mod export;
pub mod forecast;
pub mod metric;
pub mod notice;
pub mod port;
pub mod problem;
pub mod rule;
pub mod server;
pub mod supervision;
pub mod time;
pub mod tray;
pub mod unusual;
pub mod view;
