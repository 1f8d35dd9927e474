//! Cuts a text into single objects while it streams.
//!
//! [`decode`] makes UTF-8 of it, [`window`] holds the part that is looked at, [`json`] and [`yaml`]
//! find where one object ends, [`script`] reads what our script wrote. No more than one object is
//! in memory, and none may be larger than [`window::LARGEST`].

mod decode;
pub(super) mod fault;
mod json;
mod piece;
mod rows;
mod script;
mod window;
mod yaml;

use std::io::Read;

use fault::Fault;
pub(super) use piece::Form;
pub(super) use piece::Piece;
pub(super) use piece::Role;
pub(super) use script::Row;
use window::Window;

/// Who is given the objects.
pub(super) trait Sink {
    /// An object, or a configuration file.
    fn piece(&mut self, piece: &Piece<'_>) -> Result<(), Fault>;

    /// The text has marks of what is read here, so that a fault in it is one and not just another
    /// kind of text.
    fn known(&mut self);

    /// A line of our script's output.
    fn row(&mut self, row: Row) -> Result<(), Fault>;
}

/// Reads a whole text, whatever it is.
pub(super) fn read(input: &mut dyn Read, sink: &mut dyn Sink) -> Result<(), Fault> {
    let mut decoder = decode::Decoder::new(input)?;
    let mut window = Window::new(&mut decoder);
    window.skip_blank()?;
    match window.peek()? {
        None => Ok(()),
        Some(b'{' | b'[') => json::read(&mut window, sink),
        Some(_) if window.starts_with(json::LOGS)? => json::read(&mut window, sink),
        Some(_) if window.starts_with(script::HEAD)? => script::read(&mut window, sink),
        Some(_) => yaml::read(&mut window, sink),
    }
}
