// Chapter 5: the course's image in our own hand: the same head with two arms (GRU) or six (LSTM). The bricks that the
// arms carry are the weights of the layer; the multiply-adds are the breath that it takes.

FIGURES.arms = class extends Figure {
  build() {
    super.build();
    this.stage = html("div");
    this.frame.append(this.stage);
  }

  draw(width) {
    this.animate(1.8, (share) => this.paint(width, share));
  }

  paint(width, share) {
    const { data, text } = this;
    const half = width / 2;
    const picture = svg("svg", { width, height: 300, role: "img", "aria-label": text.picture });
    data.sides.forEach((side, k) => {
      const centre = half * k + half / 2;
      const group = svg("g", { class: "figure-of-cell" });
      group.append(label(centre, 18, side.name, { "text-anchor": "middle", class: "title" }));
      const ink = { class: "ink", "stroke-width": 2.2, fill: "none", "stroke-linecap": "round" };
      const [neck, hip] = [86, 160];
      group.append(svg("circle", { cx: centre, cy: 58, r: 24, class: "ink", "stroke-width": 2.2, fill: "none" }));
      group.append(svg("circle", { cx: centre - 8, cy: 54, r: 2.2, class: "ink-fill" }), svg("circle", { cx: centre + 8, cy: 54, r: 2.2, class: "ink-fill" }));
      group.append(svg("path", { d: `M${centre - 8} 66 Q${centre} 71 ${centre + 8} 66`, ...ink }));
      group.append(svg("path", { d: `M${centre} ${neck - 4} L${centre} ${hip} M${centre} ${hip} L${centre - 18} 206 M${centre} ${hip} L${centre + 18} 206`, ...ink }));
      const arms = side.arms;
      const shown = Math.max(1, Math.ceil(arms.length * share));
      arms.slice(0, shown).forEach((arm, i) => {
        const left = i % 2 === 0;
        const level = Math.floor(i / 2);
        const levels = Math.ceil(arms.length / 2);
        const shoulder = 96 + level * 17;
        const reach = Math.min(78, half / 2 - 22);
        const hand = [centre + (left ? -reach : reach), levels === 1 ? 106 : 66 + level * 50];
        group.append(svg("path", { d: `M${centre} ${shoulder} Q${centre + (left ? -0.55 : 0.55) * reach} ${shoulder + 14} ${hand[0]} ${hand[1]}`, ...ink }));
        group.append(svg("circle", { cx: hand[0], cy: hand[1], r: 11, class: arm.gate ? "hand gate" : "hand" }));
        group.append(label(hand[0], hand[1] + 4, arm.name, { "text-anchor": "middle", class: "tick" }));
      });
      const columns = 12;
      const each = Math.min(11, (half - 30) / columns);
      const bricks = Math.round(side.bricks * share);
      for (let b = 0; b < bricks; b++) {
        const row = Math.floor(b / columns);
        group.append(svg("rect", { x: centre - (columns / 2) * each + (b % columns) * each, y: 240 - row * 10, width: each - 1.5, height: 8.5, rx: 1, class: "brick" }));
      }
      side.caption.forEach((words, i) => group.append(label(centre, 270 + 18 * i, words, { "text-anchor": "middle", class: "tick" })));
      picture.append(group);
    });
    this.stage.replaceChildren(picture);
  }
};
