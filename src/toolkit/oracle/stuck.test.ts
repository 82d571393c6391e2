import { expect, test } from 'vitest'
import type { CrossDcSettings } from '../../model/crossdc-settings.ts'
import { toolkitProfiles } from '../../model/toolkit-behaviour.ts'
import { referenceSettings } from '../testing/reference-settings.ts'
import { whyNeverRecovers, willNotRecover } from './stuck.ts'
import type { PairSituation } from './stuck.ts'

const documented = { quirks: toolkitProfiles.documented, isFused: false }

function why(fields: Partial<PairSituation> = {}, dc1: Partial<CrossDcSettings> = {}): string | null {
  return whyNeverRecovers({
    settings: { dc1: { ...referenceSettings('dc1'), ...dc1 }, dc2: referenceSettings('dc2') },
    statuses: { dc1: 'up', dc2: 'up' },
    ...fields,
  })
}

test('a healthy pair, one that waits for its first contact, and one with a side down recover', () => {
  expect(why()).toBeNull()
  expect(why({ statuses: { dc1: 'never_contacted', dc2: 'never_contacted' } })).toBeNull()
  expect(why({ statuses: { dc1: 'down', dc2: 'up' } })).toBeNull()
})

test('two sides that are down for each other stay so (Q4), and do not without that quirk', () => {
  const statuses = { dc1: 'down', dc2: 'down' } as const
  expect(why({ statuses })).toContain('until one application is restarted (quirk Q4)')
  expect(why({ statuses, behaviour: documented })).toBeNull()
  expect(why({ statuses, gone: ['dc1'] })).toBeNull()
  expect(willNotRecover(['down', 'down'])).toBe(true)
  expect(willNotRecover(['down', 'down'], documented)).toBe(false)
})

test('a side told OrderlyShutdown and not stopped is mute and deaf', () => {
  expect(why({ closing: ['dc2'] })).toContain('dc2 was told OrderlyShutdown and still runs')
  expect(why({ closing: ['dc2'], gone: ['dc2'] })).toBeNull()
})

test('a side that was never contacted does not notice that the other is gone; a passive one launches nothing', () => {
  const gone = { gone: ['dc2'], statuses: { dc1: 'never_contacted', dc2: 'up' } } as const
  expect(why(gone)).toContain('dc1 was never contacted by dc2, so it never declares it down and takes nothing over')
  expect(why(gone, { crossDCOperationMode: 0 })).toContain('launches nothing until dc2 is started')
  expect(why({ ...gone, statuses: { dc1: 'up', dc2: 'up' } })).toBeNull()
})

test('a list of remote machines left at localhost, and heartbeats that are off, never recover', () => {
  const machines = (remoteDataCenterApplicationMachineNames: string): string | null =>
    why({}, { remoteDataCenterApplicationMachineNames })
  expect(machines('localhost')).toContain('dc1 talks to itself')
  expect(machines('localhost,host2')).toBeNull()
  expect(why({}, { heartbeatExchangeInterval: 444_444_444 })).toContain("dc1's heartbeatExchangeInterval is off")
})
