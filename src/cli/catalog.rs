//! `kubehop catalog`: look at the data, check data of one's own.

use comfy_table::ContentArrangement;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::json;

use crate::catalog::Catalog;
use crate::catalog::listing;
use crate::catalog::listing::Listing;
use crate::diagnostic::Diagnostic;

use super::ExitStatus;
use super::args::CatalogArguments;
use super::args::CatalogCommand;
use super::args::DataFormat;
use super::args::TableFormat;
use super::input;
use super::printer::Printer;
use super::render::json;
use super::render::yaml;
use super::settings;

pub(super) fn run(
    arguments: &CatalogArguments,
    printer: &mut Printer,
) -> Result<ExitStatus, Diagnostic> {
    match &arguments.command {
        CatalogCommand::Show { section, minor, output, data } => {
            let catalog = settings::catalog(data)?;
            let listing = listing::list(&catalog, *section, *minor)?;
            match output {
                TableFormat::Table => printer.line(&table(&listing, Printer::width())),
                TableFormat::Json => printer.line(&json(&records(&listing))?),
                TableFormat::Yaml => printer.data(&yaml(&records(&listing))?),
            }
        }
        CatalogCommand::Check { file } => {
            let source = input::read(file)?;
            let kind = source.text().lines().find_map(|line| line.strip_prefix("kind:"));
            let matrix =
                kind.is_some_and(|kind| kind.trim().trim_matches(['"', '\'']) == "EtcdMatrix");
            let embedded = Catalog::embedded();
            let checked = if matrix {
                embedded.with_etcd_matrix(&source)?
            } else {
                embedded.with_overlay(&source)?
            };
            for layer in checked.layers().iter().skip(1) {
                printer.line(&format!("{} is valid", layer.name));
                for change in &layer.changed {
                    printer.line(&format!("  {change}"));
                }
            }
        }
        CatalogCommand::Export { output, data } => {
            let export = settings::catalog(data)?.export()?;
            match output {
                DataFormat::Yaml => printer.data(&yaml(&export)?),
                DataFormat::Json => printer.line(&json(&export)?),
            }
        }
    }
    Ok(ExitStatus::Done)
}

/// One object a row, keyed by column.
fn records(listing: &Listing) -> serde_json::Value {
    let rows = listing.rows.iter().map(|row| {
        let cells = listing.columns.iter().zip(row);
        cells.map(|(column, cell)| (key(column), json!(cell))).collect()
    });
    serde_json::Value::Array(rows.map(serde_json::Value::Object).collect())
}

/// The head of a column as a key: `end of life` becomes `endOfLife`.
fn key(column: &str) -> String {
    match column {
        "CoreDNS" => return "coreDns".to_owned(),
        "pkgs.k8s.io" => return "packageRepository".to_owned(),
        _ => {}
    }
    let words = column.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words.enumerate().fold(String::new(), |mut key, (place, word)| {
        let word = word.to_lowercase();
        let first = word.chars().next().filter(|_| place > 0);
        key.extend(first.map(|first| first.to_ascii_uppercase()));
        key.push_str(&word[first.map_or(0, char::len_utf8)..]);
        key
    })
}

/// A table of at most so many columns; what is longer goes on in the next line of its cell.
fn table(listing: &Listing, width: usize) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table.set_header(listing.columns.iter().map(|column| column.to_uppercase()));
    for row in &listing.rows {
        table.add_row(row);
    }
    let text = table.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::key;
    use super::table;
    use crate::catalog::Catalog;
    use crate::catalog::listing::Section;
    use crate::catalog::listing::list;

    #[test]
    fn tables_keep_to_the_width() {
        let catalog = Catalog::embedded();
        for section in Section::ALL {
            let listing = list(&catalog, section, None).unwrap();
            for width in [60, 80, 120, 200] {
                let text = table(&listing, width);
                let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
                assert!(widest <= width, "{section}: {widest} columns instead of {width}");
            }
        }
    }

    #[test]
    fn keys_are_words_of_json() {
        for (column, expected) in [
            ("minor", "minor"),
            ("end of life", "endOfLife"),
            ("kubeadm API", "kubeadmApi"),
            ("CRI", "cri"),
            ("CoreDNS", "coreDns"),
            ("pkgs.k8s.io", "packageRepository"),
            ("decided by", "decidedBy"),
        ] {
            assert_eq!(key(column), expected);
        }
    }
}
