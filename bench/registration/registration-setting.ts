// What the process that registers is told, and what it answers.

export interface RegistrationSetting {
  readonly folder: string
  /** Of a workspace that is made for it */
  readonly home: string
  readonly name: string
}

export interface RegistrationTimes {
  readonly seconds: number
  readonly usableCases: number
  /** Longest time that the host's thread was busy with one thing, p99 and most */
  readonly loopP99Ms: number
  readonly loopMostMs: number
  /** Longest of the requests that were made all the time, p99 and most */
  readonly requestP99Ms: number
  readonly requestMostMs: number
  readonly peakMb: number
  /** Processor time over time: how many cores were busy */
  readonly cores: number
}
