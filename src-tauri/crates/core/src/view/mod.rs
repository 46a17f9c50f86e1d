//! What doors show.
