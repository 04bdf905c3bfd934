#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| twilio_hooks_fuzz::json(data));
