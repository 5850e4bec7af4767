"""The points of Winograd's transforms, and powers of them: exact in binary."""

A, B = 0.75, 1.5
A2, B2 = A * A, B * B
A3, B3 = A2 * A, B2 * B
