//! Fiscal periods and their close calendar.
