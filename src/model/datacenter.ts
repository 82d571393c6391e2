/** The two names that scenarios, traces and timelines use. dc1 is `primary`, dc2 `secondary`. */
export type DatacenterName = 'dc1' | 'dc2'

export const datacenterNames: readonly DatacenterName[] = ['dc1', 'dc2']

/** How the pair works: both DCs process traffic, or dc2 only watches dc1. */
export type OperationMode = 'active-active' | 'active-passive'

export function otherDatacenter(name: DatacenterName): DatacenterName {
  return name === 'dc1' ? 'dc2' : 'dc1'
}

/** Whether a text is one of the two datacenter names. */
export function isDatacenterName(text: string): text is DatacenterName {
  return text === 'dc1' || text === 'dc2'
}
