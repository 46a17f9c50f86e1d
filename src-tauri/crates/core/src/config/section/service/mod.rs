//! `[[service]]`: a program that Caretaker looks after, its checks, figures, logs and files.
//! Read and checked; acting upon it comes later.

mod check;
mod files;
mod kpi;
mod whole;

pub(in crate::config) use whole::ServiceSection;
