//! The mistakes that the suite must find, each with what it breaks and what the student should be told.

/// Declares every bug once: its name, the requirements it violates and the note it should earn.
macro_rules! bugs {
    ($($(#[$doc:meta])* $bug:ident breaks [$($requirement:literal),+] earns $note:literal;)+) => {
        /// One mistake of the kind that students' servers have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Bug { $($(#[$doc])* $bug,)+ }

        impl Bug {
            pub(crate) const ALL: &[Self] = &[$(Self::$bug,)+];

            /// The requirements that it violates: a case that cites one of them must fail.
            pub(crate) fn breaks(self) -> &'static [&'static str] {
                match self { $(Self::$bug => &[$($requirement),+],)+ }
            }

            /// The diagnosis that must appear in the report.
            pub(crate) fn earns(self) -> &'static str {
                match self { $(Self::$bug => $note,)+ }
            }
        }
    };
}

bugs! {
    // Finding the messages in the stream.

    /// Whatever one `recv` returns is one message.
    ReadIsMessage breaks ["FRAME-1", "PIPE-1"] earns "recv-is-not-a-message";
    /// The first line of what was read is answered, the rest is thrown away.
    RestOfReadDropped breaks ["FRAME-1", "PIPE-1"] earns "coalesced-messages-lost";
    /// After a failure the rest of what was read is thrown away.
    RestOfReadDroppedAfterFail breaks ["PIPE-1"] earns "coalesced-messages-lost";
    /// The unfinished lines of all connections are put together in one buffer.
    BufferShared breaks ["FRAME-1", "CONN-3"] earns "operands-shared";
    /// The receive buffer holds 1024 octets; what arrives beyond them in one go is lost.
    BufferOverflowDropped breaks ["PIPE-1"] earns "pipelined-messages-lost";
    /// The CR of CRLF stays in the message.
    CrKept breaks ["FRAME-2"] earns "crlf-refused";
    /// Every CR is taken away, not only the one before the LF.
    EveryCrIgnored breaks ["FRAME-2", "FRAME-8"] earns "control-characters-accepted";
    /// Lines of any length are taken.
    NoLineLimit breaks ["FRAME-5"] earns "no-line-limit";
    /// The buffer of 256 octets has to hold the line end too.
    LimitCountsLineEnd breaks ["FRAME-4"] earns "line-limit-off";
    /// The limit is looked at after the blanks have been taken away.
    LimitIgnoresBlanks breaks ["FRAME-5"] earns "no-line-limit";
    /// Characters are counted, and not octets.
    LimitInCharacters breaks ["ERR-4", "FRAME-5"] earns "no-line-limit";
    /// A line that is too long is handled as several messages of 256 octets.
    LongLineInPieces breaks ["FRAME-5"] earns "long-line-in-pieces";
    /// A line that is too long is answered before its end has come.
    LongLineAnsweredEarly breaks ["FRAME-5"] earns "long-line-answered-early";
    /// A line that is too long closes the connection.
    LongLineCloses breaks ["FRAME-5", "ERR-5"] earns "bad-input-closes";
    /// A shorter operand overwrites the start of the longer one before it, and the rest stays.
    StaleBuffer breaks ["FRAME-1"] earns "stale-buffer";
    /// Blanks around a message are not taken away.
    BlanksRefused breaks ["FRAME-6"] earns "blanks-refused";
    /// Blanks inside a message are taken away as well.
    InnerBlanksIgnored breaks ["MSG-2"] earns "inner-blanks-ignored";
    /// Vertical tab, form feed and the like count as blanks.
    ControlsAreBlanks breaks ["FRAME-8"] earns "control-characters-accepted";
    /// A message ends at its first NUL, as a C string does.
    NulEndsMessage breaks ["FRAME-8"] earns "nul-ends-message";
    /// An empty line is not answered.
    BlankLineIgnored breaks ["FRAME-7"] earns "blank-line-ignored";
    /// Text without a line end is evaluated when the stream ends.
    TailEvaluated breaks ["FRAME-9"] earns "tail-evaluated";

    // Speaking only when spoken to.

    /// A greeting is sent before the client has spoken.
    Greeting breaks ["FRAME-10"] earns "server-speaks-first";
    /// A prompt follows every reply.
    Prompt breaks ["FRAME-10"] earns "extra-output";
    /// An empty line follows every reply.
    EmptyLineAfterReply breaks ["FRAME-10"] earns "extra-output";
    /// The replies of a transaction are kept back until its operator has come.
    RepliesHeldBack breaks ["FRAME-11"] earns "reply-held-back";
    /// A reply has no line end.
    NoLineEnd breaks ["REPLY-1"] earns "no-line-end";
    /// A reply ends in NUL, as `send(fd, buf, strlen(buf) + 1)` makes it.
    NulAfterReply breaks ["REPLY-1"] earns "nul-in-reply";
    /// Replies are written in lower case.
    LowerCaseReplies breaks ["REPLY-1"] earns "reply-misspelled";
    /// A failure says what the client sent.
    EchoInFail breaks ["REPLY-4"] earns "input-echoed";
    /// The text of a failure is longer than a reply may be.
    LongReply breaks ["REPLY-3"] earns "reply-too-long";
    /// The text of a failure is in Spanish, with its accents.
    AccentsInReply breaks ["REPLY-3"] earns "reply-not-ascii";
    /// The result stands alone, without `RESULT`.
    BareResult breaks ["REPLY-1", "REPLY-2"] earns "reply-misspelled";
    /// `FAIL` has no code.
    FailWithoutCode breaks ["REPLY-1", "ERR-1"] earns "wrong-error-code";

    // Reading the messages.

    /// Not-a-number and infinity are operands, as they are for `float()`.
    NanAccepted breaks ["MSG-2"] earns "lenient-number-parser";
    /// `1_000` is an operand, as it is for `float()`.
    UnderscoreAccepted breaks ["MSG-2"] earns "lenient-number-parser";
    /// `0x10` is an operand, as it is for `strtod`.
    HexAccepted breaks ["MSG-2"] earns "lenient-number-parser";
    /// Arabic digits are digits, as they are for `float()`.
    UnicodeDigitsAccepted breaks ["FRAME-8", "MSG-2"] earns "unicode-digits-accepted";
    /// The longest beginning that is a number is the operand, as for `strtod` with its end pointer unread.
    PrefixAccepted breaks ["MSG-2"] earns "number-prefix-accepted";
    /// What is no number is zero, as it is for `atoi`.
    GarbageIsZero breaks ["MSG-2"] earns "garbage-accepted";
    /// What cannot be read is answered with a number.
    GarbageGetsNumber breaks ["MSG-2", "REPLY-2"] earns "garbage-gets-number";
    /// What cannot be read is not answered.
    GarbageIgnored breaks ["FRAME-10"] earns "garbage-ignored";
    /// What cannot be read closes the connection.
    BadInputCloses breaks ["ERR-5"] earns "bad-input-closes";
    /// What cannot be read ends the server.
    BadInputKills breaks ["ERR-5"] earns "bad-input-kills";
    /// Only integers are operands.
    IntegersOnly breaks ["MSG-1"] earns "integers-only";
    /// `5.` and `.5` are refused.
    BareDotRefused breaks ["MSG-1"] earns "operand-form-refused";
    /// An exponent is refused.
    ExponentRefused breaks ["MSG-1"] earns "operand-form-refused";
    /// A leading `-` is always the operator.
    SignRefused breaks ["MSG-1"] earns "negative-refused";
    /// An operand has at most 32 characters.
    LongOperandRefused breaks ["NUM-3"] earns "long-operand-refused";
    /// Commands are understood in upper case only.
    CaseSensitive breaks ["MSG-6"] earns "case-sensitive";
    /// `sqrt` is understood in lower case only.
    OperatorsCaseSensitive breaks ["MSG-6"] earns "case-sensitive";
    /// Letters are matched as Unicode matches them.
    UnicodeCase breaks ["MSG-6", "FRAME-8"] earns "unicode-case";
    /// `CLEAR` is answered and does nothing.
    ClearDoesNothing breaks ["MSG-7"] earns "clear-does-nothing";
    /// There is no `CLEAR`.
    NoClear breaks ["MSG-7"] earns "clear-missing";
    /// `HELLO` clears the operands.
    HelloResets breaks ["MSG-9", "MSG-5"] earns "hello-changes-state";
    /// `QUIT` is answered and the connection stays open.
    NoCloseAfterQuit breaks ["MSG-8"] earns "quit-does-not-close";
    /// `QUIT` closes without a reply.
    QuitUnanswered breaks ["MSG-8"] earns "quit-unanswered";
    /// What follows `QUIT` in the same segment is still answered.
    AnswersAfterQuit breaks ["MSG-8"] earns "answered-after-quit";
    /// `QUIT` ends the server and not only the connection.
    QuitKills breaks ["CONN-4"] earns "one-connection-only";

    // Errors and the session.

    /// A third operand takes the place of the second.
    ThirdOperandReplaces breaks ["ERR-1", "SESS-1"] earns "third-operand-accepted";
    /// An error in a message forgets the operands.
    ErrorClearsOperands breaks ["ERR-2"] earns "error-clears-operands";
    /// An error in the calculation keeps the operands.
    FailedCalculationKeeps breaks ["ERR-3"] earns "failed-calculation-keeps";
    /// An operand of zero counts as none, as `if not operand` makes it.
    ZeroIsMissing breaks ["SESS-1"] earns "operands-lost";
    /// A missing operand counts as zero.
    MissingOperandIsZero breaks ["ERR-1", "SESS-1"] earns "missing-operand-invented";
    /// All refusals have the code `syntax`.
    OneCodeForAll breaks ["ERR-1"] earns "wrong-error-code";
    /// The range of an operand is looked at before the number of operands held.
    RangeBeforeCount breaks ["ERR-4"] earns "errors-in-wrong-order";
    /// An operand beyond the largest number is taken for infinity.
    OutOfRangeAccepted breaks ["ERR-1"] earns "infinity-accepted";
    /// A unary operator takes the second of two operands.
    UnaryTakesLast breaks ["ERR-1", "SESS-1"] earns "unary-with-two-operands";
    /// The operand sent last is the left one.
    OperandsSwapped breaks ["SESS-2"] earns "operands-swapped";
    /// The operands are still held after a result.
    OperandsKeptAfterResult breaks ["SESS-1", "SESS-3"] earns "operands-kept-after-result";
    /// The result becomes the first operand of the next transaction.
    ResultKept breaks ["SESS-3"] earns "result-kept";
    /// The server closes after each result.
    OneTransactionOnly breaks ["SESS-1"] earns "closes-after-result";
    /// All connections have the same operands.
    OperandsShared breaks ["SESS-4"] earns "operands-shared";
    /// Operands are forgotten by `CLEAR` and by operators only, not when the connection ends.
    OperandsOutliveConnection breaks ["SESS-4"] earns "operands-outlive-connection";

    // Connections.

    /// The next client is served when the one before has gone.
    OneClientAtATime breaks ["CONN-3"] earns "one-client-at-a-time";
    /// At most eight clients are served at the same time.
    EightClients breaks ["CONN-3"] earns "too-few-clients";
    /// A message that has begun is waited for, and nobody else is served meanwhile.
    PartialMessageBlocks breaks ["CONN-3"] earns "slow-client-blocks-others";
    /// A client that does not read blocks the others.
    UnreadRepliesBlock breaks ["CONN-3"] earns "unread-replies-block";
    /// The server exits when its first client has gone.
    OneConnectionOnly breaks ["CONN-4"] earns "one-connection-only";
    /// The end of a client's stream ends the server.
    EofKills breaks ["CONN-4"] earns "one-connection-only";
    /// The end of a client's stream is never noticed: the server spins and serves nobody.
    EofFreezes breaks ["CONN-4"] earns "eof-freezes";
    /// A reset ends the server.
    ResetKills breaks ["CONN-4"] earns "reset-kills";
    /// Sending to a client that has gone ends the server (SIGPIPE).
    BrokenPipeKills breaks ["CONN-4"] earns "broken-pipe-kills";
    /// A half-close is taken for a close: what was not yet answered stays so.
    HalfCloseDropsReplies breaks ["CONN-5"] earns "replies-lost-at-close";
    /// After a half-close everything is answered and the connection stays open.
    HalfCloseStaysOpen breaks ["CONN-5"] earns "half-close-stays-open";
    /// After `QUIT` the socket is closed with unread octets in it.
    CloseWithoutDrain breaks ["CONN-6"] earns "close-resets";

    // Calculating.

    /// A quotient is cut to an integer.
    IntegerDivision breaks ["NUM-1"] earns "integer-division";
    /// 32-bit integers wrap around.
    IntegerOverflow breaks ["NUM-1"] earns "integer-overflow";
    /// 64-bit integers wrap around.
    LongOverflow breaks ["NUM-1"] earns "integer-overflow";
    /// Results are printed with six significant digits.
    SixDigits breaks ["NUM-1"] earns "too-few-digits";
    /// Calculations are done in binary32.
    SinglePrecision breaks ["NUM-1"] earns "single-precision";
    /// Division by zero gives Infinity.
    DivisionByZeroInfinity breaks ["ERR-1", "NUM-2"] earns "infinity-as-result";
    /// Division by zero gives 0.
    DivisionByZeroIsZero breaks ["ERR-1"] earns "division-by-zero-answered";
    /// Division by zero closes the connection.
    DivisionByZeroCloses breaks ["ERR-5"] earns "calculation-error-closes";
    /// Division by zero ends the server.
    DivisionByZeroKills breaks ["ERR-5"] earns "division-by-zero-kills";
    /// Division by zero is not answered, nor is anything after it.
    DivisionByZeroMutes breaks ["ERR-1"] earns "division-by-zero-mutes";
    /// Results have a comma before the fraction.
    DecimalComma breaks ["NUM-2"] earns "decimal-comma";
    /// `%` has the sign of the divisor.
    FloorRemainder breaks ["NUM-4"] earns "remainder-sign";
    /// `^` does not know negative exponents.
    PowerIgnoresSign breaks ["NUM-4"] earns "power-wrong";

    // Exact numbers.

    /// The sums are right and their text keeps trailing zeros.
    TrailingZeros breaks ["EXACT-7"] earns "text-not-canonical";
    /// Plain notation is used for every exponent up to 40.
    PlainTooLong breaks ["EXACT-7"] earns "text-not-canonical";
    /// Zero keeps the sign of −0.
    NegativeZero breaks ["EXACT-7"] earns "negative-zero";
    /// A half is rounded up, not to even.
    RoundsHalfUp breaks ["EXACT-2"] earns "not-rounded-half-even";
    /// Numbers have 28 digits, as Python's and C#'s decimal types give them by default.
    TwentyEightDigits breaks ["EXACT-1", "EXACT-3"] earns "too-few-exact-digits";
}
