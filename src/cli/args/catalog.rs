//! `kubehop catalog`.

use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use super::DataArguments;
use super::DataFormat;
use super::TableFormat;
use crate::catalog::listing::Section;
use crate::version::MinorVersion;

/// `kubehop catalog`
#[derive(Debug, Args)]
pub(in crate::cli) struct CatalogArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: CatalogCommand,
}

/// What to do with the data.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CatalogCommand {
    /// Print a section of the data as a table
    Show {
        /// The section: releases, etcd, components, skew, apis, gates, flags, hazards, known-bad
        #[arg(value_name = "SECTION")]
        section: Section,
        /// Only what concerns this minor, such as `1.30`
        #[arg(long, value_name = "MINOR")]
        minor: Option<MinorVersion>,
        /// The form of the answer
        #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
        output: TableFormat,
        #[command(flatten)]
        data: DataArguments,
    },
    /// Check a file of your own: an etcd matrix or catalog data
    Check {
        /// The file; `-` reads standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print all data as one document
    Export {
        /// The form of the answer
        #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
        output: DataFormat,
        #[command(flatten)]
        data: DataArguments,
    },
}
