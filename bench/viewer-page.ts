// What the viewer bench runs inside the page, as text: the benches are checked for Node, which has no document.

/** @returns milliseconds until three panes have drawn, from the moment the case is asked for */
export const untilThreePlanes = (path: string): string => `(async () => {
  const started = performance.now()
  const drawn = new Set()
  const done = new Promise((resolve) => {
    addEventListener('slice-drawn', ({ target }) => {
      if (drawn.add(target).size === 3) resolve(performance.now() - started)
    })
  })
  location.hash = ${JSON.stringify(path)}
  return done
})()`

/** True once nothing says any more that it is loading. */
export const HAS_LOADED = `!document.querySelector('.status [role=status], .layer [role=status]')`

/** One slice a frame, as when a key is held down. @returns milliseconds of every drawing */
export const scrollThrough = (plane: string): string => `(async () => {
  const pane = document.querySelector('[data-plane=${plane}]')
  const times = []
  const take = ({ detail }) => times.push(detail)
  pane.addEventListener('slice-drawn', take)
  for (let step = 0; step < 120; step++) {
    dispatchEvent(new KeyboardEvent('keydown', { key: step < 60 ? 'ArrowUp' : 'ArrowDown' }))
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
  }
  pane.removeEventListener('slice-drawn', take)
  return times
})()`

/** @returns milliseconds from the key to all three planes drawn, 20 times */
export const SWITCH_LABELS = `(async () => {
  const times = []
  for (let turn = 0; turn < 20; turn++) {
    const started = performance.now()
    const drawn = new Set()
    await new Promise((resolve) => {
      const take = ({ target }) => {
        if (drawn.add(target).size < 3) return
        removeEventListener('slice-drawn', take)
        resolve()
      }
      addEventListener('slice-drawn', take)
      dispatchEvent(new KeyboardEvent('keydown', { key: 'l' }))
    })
    times.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return times
})()`
