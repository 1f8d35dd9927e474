//! Finds the objects in JSON: single ones, the items of lists, one after the other.
//!
//! `serde_json` reads either a whole text at once or byte by byte. Here a scanner that knows nothing
//! but brackets and strings finds the end of an object in the window, and the object is read from
//! there. What is no JSON inside of the brackets is found when it is read.

use super::Form;
use super::Piece;
use super::Role;
use super::Sink;
use super::fault::Fault;
use super::window::LARGEST;
use super::window::Window;
use serde::Deserialize;

/// What `kubectl cluster-info dump` puts in front of logs, and behind them.
pub(super) const LOGS: &str = "==== START logs for ";
const LOGS_END: &str = "==== END logs for ";

/// Keys that only what is read here has at its top.
const MARKS: [&str; 8] = [
    "\"apiVersion\"",
    "\"kind\"",
    "\"items\"",
    "\"clientVersion\"",
    "\"serverVersion\"",
    "\"members\"",
    "\"Endpoint\"",
    "\"Status\"",
];

/// Reads objects, one after the other; logs between them are skipped.
pub(super) fn read(window: &mut Window<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
    loop {
        window.skip_blank()?;
        match window.peek()? {
            None => return Ok(()),
            Some(b'{') => object(window, sink)?,
            Some(b'[') => items(window, sink, None)?,
            Some(_) if window.starts_with(LOGS)? => logs(window)?,
            Some(_) => return Err(Fault::Syntax { line: window.line() }),
        }
    }
}

/// An object, the items of which are passed on one by one if it is a list.
fn object(window: &mut Window<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
    let line = window.line();
    let mut whole = vec![b'{'];
    window.consume(1);
    loop {
        match next(window, line)? {
            b'}' if whole.len() == 1 => break,
            b'"' => {}
            _ => return Err(Fault::Syntax { line: window.line() }),
        }
        let length = value(window)?;
        let key = &window.bytes()[..length];
        if MARKS.iter().any(|mark| mark.as_bytes() == key) {
            sink.known();
        }
        let is_items = key == b"\"items\"";
        whole.extend_from_slice(key);
        window.consume(length);
        if next(window, line)? != b':' {
            return Err(Fault::Syntax { line: window.line() });
        }
        window.consume(1);
        whole.push(b':');
        if next(window, line)? == b'[' && is_items {
            let kind = kind_so_far(&whole);
            items(window, sink, kind.as_deref())?;
            whole.extend_from_slice(b"[]");
        } else {
            let length = value(window)?;
            whole.extend_from_slice(&window.bytes()[..length]);
            window.consume(length);
        }
        if whole.len() > LARGEST {
            return Err(Fault::TooLarge { line });
        }
        match next(window, line)? {
            b',' => whole.push(b','),
            b'}' => break,
            _ => return Err(Fault::Syntax { line: window.line() }),
        }
        window.consume(1);
    }
    window.consume(1);
    whole.push(b'}');
    sink.piece(&Piece { form: Form::Json(&whole), role: Role::Whole, line })
}

/// The kind of the items of a list, where it stands in front of them.
fn kind_so_far(whole: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        kind: Option<String>,
    }
    let whole = [whole, b"null}"].concat();
    let head: Head = serde_json::from_slice(&whole).ok()?;
    head.kind?.strip_suffix("List").filter(|kind| !kind.is_empty()).map(str::to_owned)
}

/// The entries of an array.
fn items(window: &mut Window<'_>, sink: &mut dyn Sink, kind: Option<&str>) -> Result<(), Fault> {
    let start = window.line();
    window.consume(1);
    if next(window, start)? == b']' {
        window.consume(1);
        return Ok(());
    }
    loop {
        next(window, start)?;
        let (length, line) = (value(window)?, window.line());
        let bytes = &window.bytes()[..length];
        // Numbers and texts are items of no list that is read here.
        if bytes.first() == Some(&b'{') {
            sink.piece(&Piece { form: Form::Json(bytes), role: Role::Item(kind), line })?;
        }
        window.consume(length);
        let end = next(window, start)?;
        window.consume(1);
        match end {
            b',' => {}
            b']' => return Ok(()),
            _ => return Err(Fault::Syntax { line: window.line() }),
        }
    }
}

/// The next byte that is not white space, which must be there.
fn next(window: &mut Window<'_>, line: usize) -> Result<u8, Fault> {
    window.skip_blank()?;
    window.peek()?.ok_or(Fault::CutOff { line })
}

/// The length of the value at the beginning of the window, which then holds it whole.
fn value(window: &mut Window<'_>) -> Result<usize, Fault> {
    match window.peek()? {
        Some(b'{') => nested(window, b'{', b'}'),
        Some(b'[') => nested(window, b'[', b']'),
        Some(b'"') => string(window, 0),
        _ => scalar(window),
    }
}

/// Brackets of one kind: those of the other kind are balanced inside of them, or serde says so.
fn nested(window: &mut Window<'_>, open: u8, close: u8) -> Result<usize, Fault> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let Some(found) = memchr::memchr3(b'"', open, close, &window.bytes()[at..]) else {
            at = window.bytes().len();
            more(window)?;
            continue;
        };
        at += found;
        match window.bytes()[at] {
            b'"' => {
                at = string(window, at)?;
                continue;
            }
            byte if byte == open => depth += 1,
            _ => depth -= 1,
        }
        at += 1;
        if depth == 0 {
            return Ok(at);
        }
    }
}

/// The end of the string that begins at a place.
fn string(window: &mut Window<'_>, start: usize) -> Result<usize, Fault> {
    let mut at = start + 1;
    loop {
        match memchr::memchr2(b'"', b'\\', window.bytes().get(at..).unwrap_or_default()) {
            None => {
                at = at.max(window.bytes().len());
                more(window)?;
            }
            Some(found) if window.bytes()[at + found] == b'"' => return Ok(at + found + 1),
            // What is escaped is one byte, or `u` and four digits.
            Some(found) => at += found + 2,
        }
    }
}

/// A number or a word.
fn scalar(window: &mut Window<'_>) -> Result<usize, Fault> {
    let mut at = 0;
    loop {
        let end = window.bytes()[at..].iter().position(|byte| b" \t\r\n,]}:\"[{".contains(byte));
        match end {
            Some(0) if at == 0 => return Err(Fault::Syntax { line: window.line() }),
            Some(end) => return Ok(at + end),
            None => at = window.bytes().len(),
        }
        more(window)?;
    }
}

fn more(window: &mut Window<'_>) -> Result<(), Fault> {
    let line = window.line();
    if window.more()? { Ok(()) } else { Err(Fault::CutOff { line }) }
}

/// Skips logs up to the end that belongs to their beginning.
fn logs(window: &mut Window<'_>) -> Result<(), Fault> {
    let mut end: Option<Vec<u8>> = None;
    while let Some(length) = window.line_length()? {
        let line = &window.bytes()[..length];
        let done = match &end {
            None => {
                let of = line.strip_prefix(LOGS.as_bytes()).unwrap_or_default();
                end = Some([LOGS_END.as_bytes(), of.trim_ascii_end()].concat());
                false
            }
            Some(end) => line.trim_ascii_end() == end,
        };
        window.consume(length);
        if done {
            return Ok(());
        }
    }
    Ok(())
}
