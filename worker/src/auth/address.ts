// Where an anonymous caller comes from, as far as it is one place: an IPv4 address, or the /64 of an IPv6 address, which is
// what one connection is given whole.

/** The canonical prefix of an address; undefined for what is none. */
export function prefixOf(address: string): string | undefined {
  const v4 = ipv4(address);
  if (v4) return v4;
  const groups = ipv6(address);
  if (!groups) return undefined;
  // An IPv4 address in the clothes of the other kind is still that one.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join(".");
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}::/64`;
}

function ipv4(text: string): string | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  // Without leading zeros: some read them as octal.
  return parts?.every((part) => Number(part) <= 255 && String(Number(part)) === part) ? text : undefined;
}

/** The eight groups of an address; undefined for what is none. */
function ipv6(text: string): number[] | undefined {
  const last = /[^:]*$/.exec(text)![0];
  const embedded = ipv4(last);
  if (embedded) {
    const [a, b, c, d] = embedded.split(".").map(Number) as [number, number, number, number];
    text = `${text.slice(0, -last.length)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const sides = halves.map((half) => (half === "" ? [] : half.split(":")));
  const count = sides.reduce((sum, side) => sum + side.length, 0);
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  if (!sides.flat().every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const [front = [], back = []] = sides;
  return [...front, ...Array.from({ length: 8 - count }, () => "0"), ...back].map((group) =>
    Number.parseInt(group, 16),
  );
}
