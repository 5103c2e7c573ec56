//! Lambda's words.

use infra_core::choices;

choices! {
    /// A processor's kind.
    pub enum Architecture {
        /// Of Intel and AMD.
        X8664 = "x86_64",
        /// Of Arm, which costs less.
        Arm64 = "arm64",
    }
}

choices! {
    /// What a function's code is packed in.
    pub enum PackageType {
        /// An archive.
        Zip = "Zip",
        /// A container image.
        Image = "Image",
    }
}

choices! {
    /// Which requests are traced.
    pub enum TracingMode {
        /// A share of all.
        Active = "Active",
        /// Those that come with a trace.
        PassThrough = "PassThrough",
    }
}

choices! {
    /// How a log is written.
    pub enum LogFormat {
        /// As lines of text.
        Text = "Text",
        /// As JSON, which can be filtered by level.
        Json = "JSON",
    }
}

choices! {
    /// From which level on a function's own words are kept.
    pub enum LogLevel {
        /// All.
        Trace = "TRACE",
        /// For looking into.
        Debug = "DEBUG",
        /// What happens.
        Info = "INFO",
        /// What may be wrong.
        Warn = "WARN",
        /// What is wrong.
        Error = "ERROR",
        /// What ends it.
        Fatal = "FATAL",
    }
}

choices! {
    /// From which level on Lambda's words are kept.
    pub enum SystemLogLevel {
        /// For looking into.
        Debug = "DEBUG",
        /// What happens.
        Info = "INFO",
        /// What may be wrong.
        Warn = "WARN",
    }
}

choices! {
    /// What becomes of a function that calls itself through other services.
    pub enum RecursiveLoop {
        /// Nothing.
        Allow = "Allow",
        /// It is stopped.
        Terminate = "Terminate",
    }
}

choices! {
    /// When a function gets a newer runtime.
    pub enum UpdateRuntimeOn {
        /// When AWS has one.
        Auto = "Auto",
        /// When the function changes.
        FunctionUpdate = "FunctionUpdate",
        /// Never: it has the one that is named.
        Manual = "Manual",
    }
}

#[cfg(feature = "lambda")]
mod live {
    use aws_sdk_lambda::types as sdk;

    use super::{Architecture, LogFormat, LogLevel, PackageType, RecursiveLoop, SystemLogLevel, TracingMode, UpdateRuntimeOn};
    use crate::sdk::wired_words;

    wired_words!(
        Architecture => sdk::Architecture,
        LogFormat => sdk::LogFormat,
        LogLevel => sdk::ApplicationLogLevel,
        PackageType => sdk::PackageType,
        RecursiveLoop => sdk::RecursiveLoop,
        SystemLogLevel => sdk::SystemLogLevel,
        TracingMode => sdk::TracingMode,
        UpdateRuntimeOn => sdk::UpdateRuntimeOn,
    );
}
