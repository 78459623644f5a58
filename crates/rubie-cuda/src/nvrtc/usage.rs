//! What the assembler says of a kernel: registers and memory.

/// Registers and memory of a kernel's thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Registers of 4 bytes.
    pub registers: u32,
    /// Bytes of the stack frame.
    pub stack: u32,
    /// Bytes written to memory for want of registers.
    pub spill_stores: u32,
    /// Bytes read back.
    pub spill_loads: u32,
}

impl Usage {
    /// Reads the assembler's log; of several functions the kernel is the one that says how many registers it uses.
    pub(super) fn parse(log: &str) -> Usage {
        let mut usage = Usage::default();
        let mut frame = [0; 3];
        for line in log.lines() {
            let before = |what: &str| {
                let (left, _) = line.split_once(what)?;
                left.split_whitespace().next_back()?.parse::<u32>().ok()
            };
            let frames = [" bytes stack frame", " bytes spill stores", " bytes spill loads"].map(before);
            if let [Some(stack), Some(stores), Some(loads)] = frames {
                frame = [stack, stores, loads];
            }
            if let Some(registers) = before(" registers") {
                let [stack, spill_stores, spill_loads] = frame;
                usage = Usage { registers, stack, spill_stores, spill_loads };
            }
        }
        usage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_understood() {
        let log = "ptxas info    : 0 bytes gmem\nptxas info    : Compiling entry function 'rubie_run' for 'sm_90'\n\
                   ptxas info    : Function properties for rubie_run\n    \
                   24 bytes stack frame, 16 bytes spill stores, 8 bytes spill loads\n\
                   ptxas info    : Used 72 registers, used 0 barriers, 24 bytes cumulative stack size, 480 bytes cmem[0]\n";
        let expected = Usage { registers: 72, stack: 24, spill_stores: 16, spill_loads: 8 };
        assert_eq!(Usage::parse(log), expected);
        assert_eq!(Usage::parse(""), Usage::default());
    }
}
