//! A picture for messages: a PNG of a sunset, made here because it has to come from somewhere.

const WIDTH: u16 = 96;
const HEIGHT: u16 = 72;

/// The file.
pub(super) fn picture() -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(u32::from(WIDTH).to_be_bytes());
    header.extend(u32::from(HEIGHT).to_be_bytes());
    // Eight bits for each of red, green and blue; nothing special.
    header.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"IDAT", &stored(&pixels()));
    chunk(&mut file, *b"IEND", &[]);
    file
}

/// Rows from the top, each after a byte that says that it is not filtered.
fn pixels() -> Vec<u8> {
    let (middle, horizon) = (i32::from(WIDTH) / 2, i32::from(HEIGHT) * 2 / 3);
    let mut pixels = Vec::new();
    for y in 0..i32::from(HEIGHT) {
        pixels.push(0);
        for x in 0..i32::from(WIDTH) {
            let is_sun = (x - middle).pow(2) + (y - horizon).pow(2) < 196;
            let shade = u8::try_from(y * 2).unwrap_or(u8::MAX);
            pixels.extend(match (y < horizon, is_sun) {
                (true, true) => [255, 220, 120],
                (true, false) => [110 + shade, 80 + shade / 2, 140 - shade / 2],
                (false, _) => [40, 60, 90 + shade / 4],
            });
        }
    }
    pixels
}

/// In the zlib format, without compression.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(usize::from(u16::MAX));
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        stream.push(u8::from(index == last));
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    file.extend(length.to_be_bytes());
    file.extend(kind);
    file.extend(data);
    let sum = kind.iter().chain(data).fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            let mask = if sum & 1 == 1 { 0xedb8_8320 } else { 0 };
            (sum >> 1) ^ mask
        })
    });
    file.extend((!sum).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_format() {
        let mut file = Vec::new();
        chunk(&mut file, *b"IEND", &[]);
        assert_eq!(file[8..], [0xae, 0x42, 0x60, 0x82]);
        assert_eq!(stored(b"abc")[10..], [0x02, 0x4d, 0x01, 0x27]);
        assert!(picture().len() > 20_000);
    }
}
