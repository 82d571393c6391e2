import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { monotonicNowMs } from './monotonic-clock.ts'

describe('monotonicNowMs', () => {
  test('shows the same time in another process', async () => {
    const before = monotonicNowMs()
    const script = 'process.stdout.write(String(Number(process.hrtime.bigint()) / 1e6))'
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script])
    expect(Number(stdout)).toBeGreaterThan(before)
    expect(Number(stdout)).toBeLessThan(monotonicNowMs())
  })
})
