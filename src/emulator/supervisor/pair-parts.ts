import { datacenterNames, type DatacenterName } from '../../model/datacenter.ts'
import { TestbedError } from '../../model/errors.ts'
import type { PerDatacenter } from '../../model/scenario.ts'
import type { PairHome } from '../pair-home.ts'
import type { LinkMethods } from '../pair-protocol.ts'
import { addressOf, linkAddressOf, perDatacenter } from './addresses.ts'
import { startChild, type Child } from './child.ts'
import type { Management } from './management.ts'

/** The processes that a pair has without any job. */
export interface PairParts {
  /** null: one DC alone has no WAN of the testbed's. */
  readonly link: Child<LinkMethods> | null
  readonly datacenters: Partial<PerDatacenter<Management>>
}

/**
 * Starts both management processes and the link process, all at the same time, or one management process alone; resolves when all
 * listen.
 * @throws TestbedError; what was started by then runs on, for the caller to end by `started`
 */
export async function startParts(options: {
  readonly home: PairHome
  /** @default both DCs and the link */
  readonly only?: DatacenterName | undefined
  readonly startManagement: (dc: DatacenterName) => Promise<Management>
  /** Hears of the link's process at once, so that it can be ended even when another does not come up. */
  readonly started: (child: Child<never>) => void
}): Promise<PairParts> {
  const { home, only, startManagement, started } = options
  const startLink = async (): Promise<Child<LinkMethods>> => {
    const child = await startChild<LinkMethods>({ role: 'link', home, handlers: {} })
    started(child)
    await child.peer.call('configure', {
      links: perDatacenter((dc) => linkAddressOf(home, dc)),
      datacenters: perDatacenter((dc) => addressOf(home, dc)),
    })
    return child
  }
  const names = datacenterNames.filter((dc) => only === undefined || dc === only)
  try {
    const [link, ...parts] = await Promise.all([
      only === undefined ? startLink() : null,
      ...names.map(async (dc) => [dc, await startManagement(dc)] as const),
    ])
    return { link, datacenters: Object.fromEntries(parts) }
  } catch (cause) {
    throw explained(cause, home)
  }
}

/** macOS has 127.0.0.1 alone unless more addresses are configured. */
function explained(cause: unknown, home: PairHome): unknown {
  if (!(cause instanceof Error && cause.message.includes('EADDRNOTAVAIL'))) return cause
  return new TestbedError(
    `Expected the loopback addresses 127.0.0.0/8 to be there, but ${home.block}.1 is not (${process.platform}): ` +
      'the embedded testbed gives each datacenter an address of its own, which Linux has by default.',
    { cause },
  )
}
