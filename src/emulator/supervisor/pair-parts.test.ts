import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, expect, test, vi } from 'vitest'
import { removePairHome } from '../pair-home.ts'
import type { Child } from './child.ts'
import { Management } from './management.ts'
import { startParts } from './pair-parts.ts'

vi.setConfig({ testTimeout: 20_000 })

test('says what is missing where there is one loopback address only', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'failover-home-'))
  // Addresses for documentation (RFC 5737), which no machine has.
  const home = { block: '192.0.2', directory, lockFile: join(directory, 'lock') }
  const children: Child<never>[] = []
  onTestFinished(async () => {
    await Promise.all(children.map(async (child) => await child.kill()))
    removePairHome(home)
  })
  const handlers = { startJob: () => undefined, stopJob: async () => await Promise.resolve(), event: () => undefined }
  const started = (child: Child<never>): void => void children.push(child)
  const starting = startParts({
    home,
    started,
    startManagement: async (dc) =>
      await Management.start({
        dc,
        home,
        handlers,
        started,
        pes: () => [],
        time: () => null,
        now: () => 0,
        emit: () => undefined,
        lost: () => undefined,
      }),
  })
  await expect(starting).rejects.toThrow(
    'Expected the loopback addresses 127.0.0.0/8 to be there, but 192.0.2.1 is not',
  )
})
