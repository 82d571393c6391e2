/**
 * Which toolkit a job runs: the quirks of toolkit reference §0 are where its code differs from its documentation. On, the code
 * is followed; off, the documentation, so that one sees what a fixed toolkit would do.
 */

/** Q1 to Q9 of toolkit reference §0. */
export type QuirkId = 'Q1' | 'Q2' | 'Q3' | 'Q4' | 'Q5' | 'Q6' | 'Q7' | 'Q8' | 'Q9'

/** All quirks, in order. */
export const quirkIds: readonly QuirkId[] = ['Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Q6', 'Q7', 'Q8', 'Q9']

/** Each quirk on or off. */
export type Quirks = Readonly<Record<QuirkId, boolean>>

/** A whole set of quirks: all on as in the published code, or all off as documented. */
export type ToolkitProfile = 'ibm-1.0.1' | 'documented'

/** The profiles by name. */
export const toolkitProfiles: Readonly<Record<ToolkitProfile, Quirks>> = {
  'ibm-1.0.1': quirksOf(true),
  documented: quirksOf(false),
}

/** How a job's toolkit behaves, beside its settings. */
export interface ToolkitBehaviour {
  readonly quirks: Quirks
  /** One PE without dynamic threading: a slow snapshot POST holds up the ticks (toolkit reference §3.4). */
  readonly isFused: boolean
}

/** The published code's behaviour, operators with threads of their own. */
export const defaultBehaviour: ToolkitBehaviour = { quirks: toolkitProfiles['ibm-1.0.1'], isFused: false }

function quirksOf(isOn: boolean): Quirks {
  return { Q1: isOn, Q2: isOn, Q3: isOn, Q4: isOn, Q5: isOn, Q6: isOn, Q7: isOn, Q8: isOn, Q9: isOn }
}
