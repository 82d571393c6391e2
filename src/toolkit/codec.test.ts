import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeartbeatMessage, encodeHeartbeatMessage, tryDecodeHeartbeatMessage } from './codec.ts'
import { MessageFormatError } from './errors.ts'
import type { HeartbeatMessage } from './io.ts'

const heartbeat: HeartbeatMessage = {
  heartbeatMsgType: 1,
  heartbeatCnt: 0x0102030405060708n,
  dataCenterOrigin: 'dc1',
  dataSnapshot: new Uint8Array(0),
  dataSnapshotOrigin: '',
}

const message = fc.record({
  heartbeatMsgType: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  heartbeatCnt: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  dataCenterOrigin: fc.string({ unit: 'grapheme', maxLength: 200 }),
  dataSnapshot: fc.uint8Array({ maxLength: 300 }),
  dataSnapshotOrigin: fc.string({ maxLength: 200 }),
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('encodeHeartbeatMessage', () => {
  test('makes 25 bytes of a plain heartbeat from dc1', () => {
    const body = encodeHeartbeatMessage(heartbeat)
    expect(hex(body)).toBe(['01000000', '0807060504030201', '03646331', '0000000000000000', '00'].join(''))
    expect(body).toHaveLength(25)
  })

  test('puts a snapshot between the two names, its length in eight bytes', () => {
    const dataSnapshot = new Uint8Array([0xaa, 0xbb])
    const body = encodeHeartbeatMessage({ ...heartbeat, heartbeatMsgType: 2, dataSnapshot, dataSnapshotOrigin: '4' })
    expect(hex(body).slice(32)).toBe('0200000000000000aabb0134')
  })

  test.each([
    [127, '7f'],
    [128, '8080000000'],
    [300, '802c010000'],
  ])('writes the length of a text of %d bytes as %s', (size, prefix) => {
    const body = encodeHeartbeatMessage({ ...heartbeat, dataCenterOrigin: 'x'.repeat(size) })
    expect(hex(body.subarray(12, 12 + prefix.length / 2))).toBe(prefix)
    expect(body).toHaveLength(12 + prefix.length / 2 + size + 9)
  })
})

describe('decodeHeartbeatMessage', () => {
  test('reads back what was written', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeHeartbeatMessage(encodeHeartbeatMessage(value))).toEqual(value)
      }),
    )
  })

  test('reads from the middle of a larger buffer', () => {
    const body = encodeHeartbeatMessage(heartbeat)
    const larger = new Uint8Array([9, 9, 9, ...body])
    expect(decodeHeartbeatMessage(larger.subarray(3))).toEqual(heartbeat)
  })

  test('refuses every body that is cut short', () => {
    fc.assert(
      fc.property(message, fc.nat(), (value, place) => {
        const body = encodeHeartbeatMessage(value)
        expect(() => decodeHeartbeatMessage(body.subarray(0, place % body.length))).toThrow(MessageFormatError)
      }),
    )
  })

  test('takes any bytes for a message or refuses them, and never throws anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        expect(typeof tryDecodeHeartbeatMessage(body).ok).toBe('boolean')
      }),
    )
  })

  test.each([
    ['0100000000000000000000008000ffffff', 'dataCenterOrigin', '4294967040 bytes'],
    ['01000000000000000000000000ffffffffffffffff', 'dataSnapshot', '18446744073709552000 bytes'],
    ['010000000000000000000000ff', 'dataCenterOrigin', '0xff'],
  ])('refuses the hostile length in %s and says where', (text, field, got) => {
    const body = new Uint8Array(Buffer.from(text, 'hex'))
    expect(() => decodeHeartbeatMessage(body)).toThrow(MessageFormatError)
    expect(() => decodeHeartbeatMessage(body)).toThrow(field)
    expect(() => decodeHeartbeatMessage(body)).toThrow(got)
  })

  test('ignores bytes behind the message, as the toolkit does', () => {
    expect(decodeHeartbeatMessage(new Uint8Array([...encodeHeartbeatMessage(heartbeat), 1, 2]))).toEqual(heartbeat)
  })
})
