//! Caller id authentication by STIR/SHAKEN.

use crate::string_enum::string_enum;

string_enum! {
    /// What came of checking the signature on a caller id.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir). Ask the
    /// questions below rather than comparing values: they look at the parts of a value, so they also
    /// answer for combinations that are new.
    ///
    /// # Examples
    /// ```
    /// use twilio_hooks::webhook::{Attestation, StirVerstat};
    ///
    /// let verstat = StirVerstat::from("TN-Validation-Passed-B-Diverted");
    /// assert!(verstat.is_passed() && verstat.is_diverted());
    /// assert_eq!(verstat.attestation(), Some(Attestation::B));
    /// ```
    pub enum StirVerstat {
        /// Valid; the carrier vouches for the caller and the number.
        PassedA => "TN-Validation-Passed-A",
        /// Valid; the carrier knows the caller, not the number.
        PassedB => "TN-Validation-Passed-B",
        /// Valid; the carrier only knows where the call entered its network.
        PassedC => "TN-Validation-Passed-C",
        /// As `PassedA`, on a call that was forwarded.
        PassedADiverted => "TN-Validation-Passed-A-Diverted",
        /// As `PassedB`, on a call that was forwarded.
        PassedBDiverted => "TN-Validation-Passed-B-Diverted",
        /// As `PassedC`, on a call that was forwarded.
        PassedCDiverted => "TN-Validation-Passed-C-Diverted",
        /// As `PassedA`, handed through from an earlier leg.
        PassedAPassthrough => "TN-Validation-Passed-A-Passthrough",
        /// As `PassedB`, handed through from an earlier leg.
        PassedBPassthrough => "TN-Validation-Passed-B-Passthrough",
        /// As `PassedC`, handed through from an earlier leg.
        PassedCPassthrough => "TN-Validation-Passed-C-Passthrough",
        /// Invalid.
        Failed => "TN-Validation-Failed",
        /// Invalid, though it claimed level A.
        FailedA => "TN-Validation-Failed-A",
        /// Invalid, though it claimed level B.
        FailedB => "TN-Validation-Failed-B",
        /// Invalid, though it claimed level C.
        FailedC => "TN-Validation-Failed-C",
        /// Not checked, for example because the signature could not be read.
        NoValidation => "No-TN-Validation",
    }
}

impl StirVerstat {
    /// Whether the signature was valid. What that is worth is the
    /// [`attestation`](Self::attestation).
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.outcome().is_some_and(|(passed, _)| passed)
    }

    /// Whether there was a signature and it was not valid.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        self.outcome().is_some_and(|(passed, _)| !passed)
    }

    /// The level that the caller's carrier claimed. It counts only if the check
    /// [passed](Self::is_passed).
    #[must_use]
    pub fn attestation(&self) -> Option<Attestation> {
        let (_, details) = self.outcome()?;
        details.split('-').find_map(|part| match part {
            "A" => Some(Attestation::A),
            "B" => Some(Attestation::B),
            "C" => Some(Attestation::C),
            _ => None,
        })
    }

    /// Whether the call was forwarded on its way.
    #[must_use]
    pub fn is_diverted(&self) -> bool {
        self.as_str().ends_with("-Diverted")
    }

    /// Whether the result was handed through from an earlier leg.
    #[must_use]
    pub fn is_passthrough(&self) -> bool {
        self.as_str().ends_with("-Passthrough")
    }

    /// Whether the check passed, and what follows in the value; `None` if it was not made.
    fn outcome(&self) -> Option<(bool, &str)> {
        let (passed, details) =
            if let Some(rest) = self.as_str().strip_prefix("TN-Validation-Passed") {
                (true, rest)
            } else {
                (false, self.as_str().strip_prefix("TN-Validation-Failed")?)
            };
        (details.is_empty() || details.starts_with('-')).then_some((passed, details))
    }
}

string_enum! {
    /// How much a carrier vouches for a caller id.
    ///
    /// [Twilio's explanation](https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir).
    pub enum Attestation {
        /// Full: it knows the caller and that the number is theirs.
        A => "A",
        /// Partial: it knows the caller, not the right to the number.
        B => "B",
        /// Gateway: it only knows where the call came in.
        C => "C",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_unknown_values_are_understood() {
        let verstat = StirVerstat::from("TN-Validation-Failed-C-Diverted");
        assert!(matches!(verstat, StirVerstat::Unknown(_)));
        assert!(verstat.is_failed() && verstat.is_diverted() && !verstat.is_passthrough());
        assert_eq!(verstat.attestation(), Some(Attestation::C));
    }

    #[test]
    fn nothing_is_read_into_values_without_outcome() {
        for text in ["No-TN-Validation", "TN-Validation-PassedOver-A", "A", ""] {
            let verstat = StirVerstat::from(text);
            assert!(!verstat.is_passed() && !verstat.is_failed(), "{text}");
            assert_eq!(verstat.attestation(), None, "{text}");
        }
    }

    #[test]
    fn known_values_have_one_outcome() {
        for verstat in StirVerstat::KNOWN {
            let name = format!("{verstat:?}");
            assert_eq!(verstat.is_passed(), name.starts_with("Passed"), "{name}");
            assert_eq!(verstat.is_failed(), name.starts_with("Failed"), "{name}");
        }
    }
}
