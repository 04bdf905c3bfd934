use crate::twiml::CardType;
use crate::twiml::element::element;
use crate::twiml::values::attribute_enum;

element! {
    /// What the caller hears at one step of a [`Pay`](crate::twiml::Pay), instead of Twilio's
    /// words; see [Twilio's page](https://www.twilio.com/docs/voice/twiml/pay/prompt).
    ///
    /// Twilio documents it inside `<Pay>` only; its libraries allow it as a verb too.
    ///
    /// # Examples
    ///
    /// ```
    /// use twilio_hooks::twiml::{PaymentError, PaymentStep, Prompt, Say};
    ///
    /// let again = Prompt::new()
    ///     .for_(PaymentStep::ExpirationDate)
    ///     .attempt([2, 3])
    ///     .error_type([PaymentError::Timeout, PaymentError::InvalidDate])
    ///     .with(Say::new("Please enter month and year."));
    /// assert_eq!(
    ///     again.to_string(),
    ///     concat!(
    ///         r#"<Prompt attempt="2 3" errorType="timeout invalid-date" for="expiration-date">"#,
    ///         "<Say>Please enter month and year.</Say></Prompt>",
    ///     ),
    /// );
    /// ```
    pub struct Prompt = "Prompt" inside [VoiceResponse, Pay] {
        /// The tries that it is for, from 1 to 10; by default all.
        attempt: [u32] = "attempt" in 1..=10,
        /// The cards that it is for; by default all.
        card_type: [CardType] = "cardType",
        /// The errors after which it is heard; by default all.
        error_type: [PaymentError] = "errorType",
        /// The step that it is for. Twilio requires it.
        for_: PaymentStep = "for" is required,
        /// Whether the caller has to enter the same twice, `false` by default.
        require_matching_inputs: bool = "requireMatchingInputs",
    }
}

attribute_enum! {
    /// A step of a payment.
    pub enum PaymentStep {
        /// The number of the card.
        PaymentCardNumber = "payment-card-number",
        /// The month and year until which the card is valid.
        ExpirationDate = "expiration-date",
        /// The security code of the card.
        SecurityCode = "security-code",
        /// The postal code of the card holder.
        PostalCode = "postal-code",
        /// The wait while the payment is made.
        PaymentProcessing = "payment-processing",
        /// The number of the bank account.
        BankAccountNumber = "bank-account-number",
        /// The routing number of the bank.
        BankRoutingNumber = "bank-routing-number",
    }
}

attribute_enum! {
    /// Why a caller is asked again.
    pub enum PaymentError {
        /// Nothing was entered in time.
        Timeout = "timeout",
        /// There is no such card number.
        InvalidCardNumber = "invalid-card-number",
        /// The card is not one of those that are accepted.
        InvalidCardType = "invalid-card-type",
        /// The date is wrong or over.
        InvalidDate = "invalid-date",
        /// The security code is wrong.
        InvalidSecurityCode = "invalid-security-code",
        /// The postal code is wrong.
        InvalidPostalCode = "invalid-postal-code",
        /// The routing number is wrong.
        InvalidBankRoutingNumber = "invalid-bank-routing-number",
        /// The account number is wrong.
        InvalidBankAccountNumber = "invalid-bank-account-number",
        /// The two inputs differ.
        InputMatchingFailed = "input-matching-failed",
        /// Something failed on the way.
        InternalError = "internal-error",
    }
}
