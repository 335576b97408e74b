// Runs a few lines of shell on another machine, with the system's ssh and the settings and keys that a person uses too.
// A password is never asked for and never given.
import type { SshPlace } from '../../../../contract/place.ts'
import { askProgram, type ProgramAnswer } from '../run-program.ts'

/** What ssh itself answers when it cannot reach the other side. */
const NO_CONNECTION = 255

export const SSH_OPTIONS = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '-o', 'ServerAliveInterval=15'] as const

/** @returns null when the machine cannot be reached, which says nothing about its jobs */
export async function askHost({ host }: SshPlace, script: string): Promise<ProgramAnswer | null> {
  const answer = await askProgram('ssh', [...SSH_OPTIONS, host, 'sh -s'], { input: script }).catch(() => null)
  return answer === null || answer.code === NO_CONNECTION ? null : answer
}
