//! Running a window without a screen: what `apply`, `rollback` and `resume` share.
//!
//! [`open`] looks at the environment, draws up the plan, shows it and asks for the confirmation; [`drive`] takes the
//! window through its steps by what [`course`] decides, and a [`teller::Teller`] says what happens, in text or as
//! JSON lines.

pub mod confirm;
pub mod course;
pub mod drive;
pub mod json;
pub mod open;
pub mod plan;
pub mod teller;
pub mod text;
pub mod waiver;
