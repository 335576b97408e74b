// The processes that train the models of one stage together. Each runs the same loop over its own models; this is all
// that they ever say to each other.

export interface Peers {
  /** 0 leads: it alone writes the journal, the checkpoint of the stage and the previews, and obeys control.json. */
  readonly rank: number
  readonly size: number
  /** Waits for all; every process gets what each of them gave, by rank. */
  gather<T>(mine: T): Promise<T[]>
}

export const alone: Peers = { rank: 0, size: 1, gather: (mine) => Promise.resolve([mine]) }
