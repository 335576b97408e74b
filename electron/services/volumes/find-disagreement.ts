// Where several label maps of one case do not say the same: how many of them speak against the most frequent answer.

/**
 * @param maps at least two, of equal length
 * @returns 0 where all agree, else the number of maps that differ from the answer given most often
 */
export function findDisagreement(maps: readonly (Uint8Array | Uint16Array)[]): Uint8Array {
  const result = new Uint8Array(maps[0].length)
  const answers = new Array<number>(maps.length).fill(0)
  for (let at = 0; at < result.length; at++) {
    const first = maps[0][at]
    let all = true
    for (let n = 1; n < maps.length; n++) if (maps[n][at] !== first) all = false
    if (all) continue
    for (let n = 0; n < maps.length; n++) answers[n] = maps[n][at]
    result[at] = maps.length - largestGroup(answers)
  }
  return result
}

function largestGroup(answers: readonly number[]): number {
  return Math.max(...answers.map((answer) => answers.filter((other) => other === answer).length))
}
