import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeartbeatMessage, encodeHeartbeatMessage, isWholeMessage, tryDecodeHeartbeatMessage } from './codec.ts'
import { MessageFormatError } from './errors.ts'
import { fromDc2, snapshotOfDc2 } from './testing/composite-probe.ts'

const whole = encodeHeartbeatMessage({
  heartbeatMsgType: 2,
  heartbeatCnt: 2n ** 64n - 1n,
  dataCenterOrigin: 'x'.repeat(130),
  dataSnapshot: new Uint8Array(300).fill(7),
  dataSnapshotOrigin: 'ä\uFEFF\u{1F600}',
})

/** Either a message comes out or a MessageFormatError; anything else is thrown on and fails the test. */
function outcomeOf(body: Uint8Array): 'message' | 'refused' {
  try {
    decodeHeartbeatMessage(body)
    return 'message'
  } catch (error) {
    if (error instanceof MessageFormatError) return 'refused'
    throw error
  }
}

/** A type-2 message up to the given field, whose length is this. */
function withLength(field: 'origin' | 'snapshot' | 'part', sizeBytes: bigint): Uint8Array {
  const bytes = Buffer.alloc(64)
  bytes.writeUInt32LE(2, 0)
  const at = { origin: 12, snapshot: 16, part: 24 }[field]
  if (field !== 'origin') bytes.write('\u0003dc2', 12, 'latin1')
  if (field === 'snapshot') bytes.writeBigUInt64LE(sizeBytes, at)
  else {
    bytes.writeUInt8(0x80, at)
    bytes.writeUInt32LE(Number(sizeBytes), at + 1)
  }
  return new Uint8Array(bytes)
}

describe('a hostile body', () => {
  test('that is cut at any of its bytes is refused', () => {
    for (let size = 0; size < whole.length; size += 1) expect(outcomeOf(whole.subarray(0, size))).toBe('refused')
    expect(outcomeOf(whole)).toBe('message')
  })

  test('that has any byte changed is a message or refused', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = whole.slice()
        changed[at] = byte
        expect(['message', 'refused']).toContain(outcomeOf(changed))
      }),
      { numRuns: 2000 },
    )
  })

  test('of random bytes is a message or refused, and both happen', () => {
    const seen = new Set<string>()
    const few = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1), { minLength: 20, maxLength: 60 })
    const zeros = few.map((bytes) => new Uint8Array(bytes))
    fc.assert(
      fc.property(fc.oneof(zeros, fc.uint8Array({ maxLength: 60 })), (body) => {
        seen.add(outcomeOf(body))
      }),
      { numRuns: 2000 },
    )
    expect(seen).toEqual(new Set(['message', 'refused']))
  })

  test.each([
    ['origin', 2n ** 30n],
    ['origin', 2n ** 32n - 1n],
    ['snapshot', 2n ** 30n],
    ['snapshot', 2n ** 53n + 1n],
    ['snapshot', 2n ** 63n],
    ['snapshot', 2n ** 64n - 1n],
    ['part', 2n ** 30n],
    ['part', 2n ** 32n - 1n],
  ] as const)('whose %s claims %d bytes is refused and allocates nothing', (field, sizeBytes) => {
    const body = withLength(field, sizeBytes)
    const before = process.memoryUsage()
    for (let run = 0; run < 200; run += 1) expect(tryDecodeHeartbeatMessage(body).ok).toBe(false)
    const after = process.memoryUsage()
    // One allocation of a GiB would show in either; 200 refusals leave some small objects.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2 ** 20)
    expect(after.rss - before.rss).toBeLessThan(2 ** 26)
  })

  test('has its snapshot shown as a view of it, not as a copy', () => {
    const { dataSnapshot } = decodeHeartbeatMessage(whole)
    expect(dataSnapshot.buffer).toBe(whole.buffer)
  })
})

describe('a message', () => {
  test('comes back as it was, at the limits of all its fields', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 130 }),
      fc.constantFrom('', 'x'.repeat(127), 'x'.repeat(128), 'ä'.repeat(64)),
    )
    const message = fc.record({
      heartbeatMsgType: fc.oneof(fc.constantFrom(0, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
      heartbeatCnt: fc.oneof(
        fc.constantFrom(0n, 2n ** 53n + 1n, 2n ** 64n - 1n),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      ),
      dataCenterOrigin: text,
      dataSnapshot: fc.uint8Array({ maxLength: 300 }),
      dataSnapshotOrigin: text,
    })
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeHeartbeatMessage(encodeHeartbeatMessage(value))).toEqual(value)
      }),
    )
  })

  test.each([
    [fromDc2(), true],
    [fromDc2({ heartbeatMsgType: 4 }), true],
    [snapshotOfDc2('0'), true],
    [fromDc2({ heartbeatMsgType: 0 }), false],
    [fromDc2({ heartbeatMsgType: 5 }), false],
    [fromDc2().subarray(1), false],
    [new Uint8Array(0), false],
  ])('is whole when it has one of the four types (%#)', (body, expected) => {
    expect(isWholeMessage(body)).toBe(expected)
  })
})
