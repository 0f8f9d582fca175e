/** Takes some rounds of the real event loop to be there. */
for (let i = 0; i < 20; i++) {
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port2.onmessage = resolve;
    port1.postMessage("");
  });
  port1.close();
}

export const isThere = true;
