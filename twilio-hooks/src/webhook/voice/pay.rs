//! What `<Pay>` asks and tells: [`PayAction`] and [`PayStatusUpdate`].

use jiff::Timestamp;

use crate::{
    AccountSid, CallSid, PaymentSid,
    string_enum::string_enum,
    webhook::{
        macros::{call_question, error_code, webhook},
        values::Words,
    },
};

/// Defines one payload about a payment: by the named macro, with the given fields followed by those
/// of the payment.
macro_rules! pay_webhook {
    (
        $macro:ident:
        $(#[$meta:meta])*
        pub struct $Name:ident: $kind:literal { $($own:tt)* }
        $($families:tt)*
    ) => {
        $macro! {
            $(#[$meta])*
            pub struct $Name: $kind {
                $($own)*
                /// How is paid; once that is known.
                payment_method: Option<PaymentMethod> = "PaymentMethod",
                /// The card's number, masked but for the last four digits; for cards.
                payment_card_number: Option<String> = "PaymentCardNumber",
                /// The brand of the card; for cards.
                payment_card_type: Option<PaymentCardType> = "PaymentCardType",
                /// When the card expires: month and year in four digits, as text, not masked; for
                /// cards.
                expiration_date: Option<String> = "ExpirationDate",
                /// Asterisks in place of the card's security code; for cards.
                security_code: Option<String> = "SecurityCode",
                /// The postal code of the card's holder, as text, not masked; for cards, if it was
                /// asked for.
                payment_card_postal_code: Option<String> = "PaymentCardPostalCode",
                /// The account, masked but for the last two digits; for bank accounts.
                bank_account_number: Option<String> = "BankAccountNumber",
                /// The bank's routing number, as text, not masked; for bank accounts.
                bank_routing_number: Option<String> = "BankRoutingNumber",
                /// What kind of account it is; for bank accounts.
                bank_account_type: Option<BankAccountType> = "BankAccountType",
                /// The token that stands for the card or account; if one was asked for.
                payment_token: Option<String> = "PaymentToken",
                /// The customer at the payment gateway; if a token was asked for.
                profile_id: Option<String> = "ProfileId",
                /// The gateway's word that the charge was made; if one was.
                payment_confirmation_code: Option<String> = "PaymentConfirmationCode",
                /// Why it failed, an [error code](https://www.twilio.com/docs/api/errors) such as
                /// 64012; on errors. Ask [`error`](Self::error), which also knows 0.
                pay_error_code: Option<u32> = "PayErrorCode",
                /// What went wrong, a text or a short word; on errors.
                payment_error: Option<String> = "PaymentError",
                /// What the payment gateway said about it; on its errors.
                connector_error: Option<String> = "ConnectorError",
            }
            $($families)*
        }

        error_code!($Name: pay_error_code);
    };
}

pay_webhook! {
    call_question:
    /// A `<Pay>` is over; what next?
    ///
    /// It comes to the `action` of the `<Pay>`. Nothing about the card or account is shown by
    /// `Debug`; keep the fields that are not masked out of logs and databases too. See
    /// [Twilio's description](https://www.twilio.com/docs/voice/twiml/pay).
    ///
    /// Refused without `AccountSid`, `CallSid` and `Result`.
    pub struct PayAction: "pay-action" {
        /// How it went.
        result: PayResult = required "Result",
    }
}

pay_webhook! {
    webhook:
    /// A payment by phone has got a step further.
    ///
    /// It comes to the `statusCallback` of a `<Pay>`, or of a payment started by REST. Nothing about
    /// the card or account is shown by `Debug`; keep the fields that are not masked out of logs and
    /// databases too. See Twilio's description of
    /// [`<Pay>`](https://www.twilio.com/docs/voice/twiml/pay) and of
    /// [REST](https://www.twilio.com/docs/voice/api/payment-resource).
    ///
    /// Refused without `AccountSid` and `CallSid`.
    pub struct PayStatusUpdate: "pay-status" {
        /// The leg of the call with the payment.
        call_sid: CallSid = required "CallSid",
        /// The account or subaccount the call belongs to.
        account_sid: AccountSid = required "AccountSid",
        /// What is being asked for; on most reports of `<Pay>`.
        step: Option<PayStep> = "For",
        /// What is wrong with what was entered; empty if nothing is.
        error_type: Words<PayErrorType> = "ErrorType",
        /// Which attempt at this step it is, from 1; on most reports of `<Pay>`.
        attempt: Option<u32> = "Attempt",
        /// The payment; on those started by REST.
        payment_sid: Option<PaymentSid> = "PaymentSid",
        /// What is being asked for; on payments started by REST.
        capture: Option<String> = "Capture",
        /// Whether what was entered is not complete yet; on payments started by REST.
        partial_result: Option<bool> = "PartialResult",
        /// What still has to be entered, with blanks in between; on payments started by REST.
        required: Option<String> = "Required",
        /// How it went, mostly in the words of [`PayResult`]; at the end of payments started by
        /// REST.
        result: Option<String> = "Result",
        /// When it happened; on some reports.
        date_updated: Option<Timestamp> = "DateUpdated",
    }
    families {}
}

string_enum! {
    /// How a payment by phone went.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/pay).
    pub enum PayResult {
        /// The charge or the token was made.
        Success => "success",
        /// The caller entered something wrong too often.
        TooManyFailedAttempts => "too-many-failed-attempts",
        /// The payment gateway refused; see `connector_error`.
        PaymentConnectorError => "payment-connector-error",
        /// The caller pressed the star key.
        CallerInterruptedWithStar => "caller-interrupted-with-star",
        /// The caller hung up.
        CallerHungUp => "caller-hung-up",
        /// The TwiML made no sense.
        ValidationError => "validation-error",
        /// Twilio failed.
        InternalError => "internal-error",
    }
}

string_enum! {
    /// How a payment by phone is made.
    pub enum PaymentMethod {
        /// By card.
        CreditCard => "credit-card",
        /// From a bank account.
        AchDebit => "ach-debit",
    }
}

string_enum! {
    /// The brand of a card.
    pub enum PaymentCardType {
        /// Visa.
        Visa => "visa",
        /// Mastercard.
        Mastercard => "mastercard",
        /// American Express.
        Amex => "amex",
        /// Maestro.
        Maestro => "maestro",
        /// Discover.
        Discover => "discover",
        /// Optima.
        Optima => "optima",
        /// JCB.
        Jcb => "jcb",
        /// Diners Club.
        DinersClub => "diners-club",
        /// enRoute.
        Enroute => "enroute",
    }
}

string_enum! {
    /// What kind of bank account it is.
    pub enum BankAccountType {
        /// A private current account.
        ConsumerChecking => "consumer-checking",
        /// A private savings account.
        ConsumerSavings => "consumer-savings",
        /// The current account of a business.
        CommercialChecking => "commercial-checking",
        /// Private.
        Personal => "personal",
        /// Of a business.
        Business => "business",
    }
}

string_enum! {
    /// What a payment by phone is asking for.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/pay/prompt).
    pub enum PayStep {
        /// The card's number.
        PaymentCardNumber => "payment-card-number",
        /// When the card expires.
        ExpirationDate => "expiration-date",
        /// The card's security code.
        SecurityCode => "security-code",
        /// The postal code of the card's holder.
        PostalCode => "postal-code",
        /// The bank's routing number.
        BankRoutingNumber => "bank-routing-number",
        /// The account.
        BankAccountNumber => "bank-account-number",
        /// Nothing: the gateway is at work.
        PaymentProcessing => "payment-processing",
    }
}

string_enum! {
    /// What is wrong with what was entered.
    ///
    /// [Twilio's list](https://www.twilio.com/docs/voice/twiml/pay/prompt).
    pub enum PayErrorType {
        /// Nothing was entered in time.
        InputTimeout => "input-timeout",
        /// The card's number is none.
        InvalidCardNumber => "invalid-card-number",
        /// Cards of this brand are not taken.
        InvalidCardType => "invalid-card-type",
        /// The date is none, or past.
        InvalidDate => "invalid-date",
        /// The security code is none.
        InvalidSecurityCode => "invalid-security-code",
        /// The postal code is none.
        InvalidPostalCode => "invalid-postal-code",
        /// The routing number is none.
        InvalidBankRoutingNumber => "invalid-bank-routing-number",
        /// The account is none.
        InvalidBankAccountNumber => "invalid-bank-account-number",
        /// Accounts of this kind are not taken.
        InvalidBankAccountType => "invalid-bank-account-type",
        /// The security code was asked for before the card's number.
        InvalidSequence => "invalid-card-number-security-code-capture-sequence",
        /// The repetition is not what was entered at first.
        InputMatchingFailed => "input-matching-failed",
        /// Another payment is going on in the call.
        SessionInProgress => "session-in-progress",
        /// Twilio failed.
        InternalError => "internal-error",
    }
}
