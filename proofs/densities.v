(** Theorem 1 and the criterion with densities: positive real functions in place of their logarithms.

        p(x|z) = h(x) exp(<nu(x), f(z)> - A(z))         (6a)
        p(z|x) = h'(z) exp(<psi(z), g(x)> - B(x))       (6b)
        p(x,z) = h(x) h'(z) exp <nu_e(x), W psi_e(z)>   (7)

    What is used of probability is Bayes' rule p(x|z) p(z) = p(z|x) p(x) = p(x,z) with positive factors.
    Integrals are
    not needed: that p(x|z), p(z|x) integrate to one fixes A and B and says nothing else here.

    - theorem_1_densities   a joint with conditionals (6a) and (6b) has the form (7), with one W only
    - converse_densities    a joint (7) has conditionals (6a) and (6b), with f = W psi_e and g = W' nu_e, whatever its
                            positive marginals are
    - criterion_densities   the posterior is in the encoder family iff C1 and C2 *)

From tightcheck Require Import real_field theorem_1 criterion.

Section Densities.
Context {X Z : Type}.
Variables n m : nat.
Variable nu : X -> nat -> R.
Variable psi : Z -> nat -> R.
Let nu_e x := extend n (nu x) 1%K.
Let psi_e z := extend m (psi z) 1%K.

Variable h : X -> R.
Variable h' : Z -> R.
Hypothesis h_positive : forall x, 0 < h x.
Hypothesis h'_positive : forall z, 0 < h' z.

Definition family (base statistic log_partition : R) : R := base * exp (statistic - log_partition).

Lemma family_positive base s l : 0 < base -> 0 < family base s l.
Proof. intro H. unfold family. pose proof (exp_pos (s - l)). nra. Qed.

Lemma ln_family base s l : 0 < base -> ln (family base s l) = ln base + (s - l).
Proof. intro H. unfold family. rewrite ln_mult, ln_exp; auto using exp_pos. Qed.

Lemma ln_injective a b : 0 < a -> 0 < b -> ln a = ln b -> a = b.
Proof. intros Ha Hb E. now apply ln_inv. Qed.

(** Bayes' rule for two members of the families is equation (9). *)
Lemma bayes_is_equation_9 x z (s t l k pz px : R) : 0 < pz -> 0 < px ->
  (family (h x) s l * pz = family (h' z) t k * px <->
   s + (ln pz - l - ln (h' z)) = t + (ln px - k - ln (h x))).
Proof.
  intros Hz Hx. pose proof (family_positive _ s l (h_positive x)). pose proof (family_positive _ t k (h'_positive z)).
  split; intro E.
  - apply (f_equal ln) in E. rewrite !ln_mult, !ln_family in E by auto. lra.
  - apply ln_injective; try nra. rewrite !ln_mult, !ln_family by auto. lra.
Qed.

Theorem theorem_1_densities (f : Z -> nat -> R) (A : Z -> R) (g : X -> nat -> R) (B : X -> R)
    (p : X -> Z -> R) (px : X -> R) (pz : Z -> R) :
  affinely_spans n nu -> affinely_spans m psi -> (forall z, 0 < pz z) -> (forall x, 0 < px x) ->
  (forall x z, p x z = family (h x) (dot n (nu x) (f z)) (A z) * pz z) ->
  (forall x z, p x z = family (h' z) (dot m (psi z) (g x)) (B x) * px x) ->
  exists W : nat -> nat -> R,
    (forall x z, p x z = h x * h' z * exp (form (S n) (S m) W (nu_e x) (psi_e z))) /\
    (forall z i, (i < n)%nat -> f z i = dot (S m) (W i) (psi_e z)) /\
    (forall x j, (j < m)%nat -> g x j = dot (S n) (nu_e x) (fun i => W i j)) /\
    forall V : nat -> nat -> R,
      (forall x z, p x z = h x * h' z * exp (form (S n) (S m) V (nu_e x) (psi_e z))) ->
      forall i j, (i < S n)%nat -> (j < S m)%nat -> V i j = W i j.
Proof.
  intros Sn Sm Hz Hx E1 E2.
  assert (E9 : forall x z, dot n (nu x) (f z) + (ln (pz z) - A z - ln (h' z))
                         = dot m (psi z) (g x) + (ln (px x) - B x - ln (h x))).
  { intros x z. apply (bayes_is_equation_9 x z); auto. now rewrite <- E1, <- E2. }
  destruct (theorem_1 n m nu psi f _ g _ E9 Sn Sm) as (W & HW & Hf & _ & Hg & _).
  assert (E7 : forall x z, p x z = h x * h' z * exp (form (S n) (S m) W (nu_e x) (psi_e z))).
  { intros x z. unfold nu_e, psi_e. rewrite <- HW, E1. simpl.
    replace (dot n (nu x) (f z) + (ln (pz z) - A z - ln (h' z)))
      with ((dot n (nu x) (f z) - A z) + ln (pz z) + - ln (h' z)) by ring.
    rewrite !exp_plus, exp_Ropp, !exp_ln by auto. unfold family. field. specialize (h'_positive z). lra. }
  exists W. repeat split; auto. intros V HV i j Hi Hj.
  apply (uniqueness n m nu psi V W Sn Sm); auto. intros x z.
  apply exp_inv. specialize (HV x z). rewrite (E7 x z) in HV.
  specialize (h_positive x). specialize (h'_positive z). fold (nu_e x) (psi_e z).
  apply (Rmult_eq_reg_l (h x * h' z)); [now symmetry|nra].
Qed.

Theorem converse_densities (W : nat -> nat -> R) (p : X -> Z -> R) (px : X -> R) (pz : Z -> R) :
  (forall z, 0 < pz z) -> (forall x, 0 < px x) ->
  (forall x z, p x z = h x * h' z * exp (form (S n) (S m) W (nu_e x) (psi_e z))) ->
  exists (A : Z -> R) (B : X -> R), forall x z,
    p x z / pz z = family (h x) (dot n (nu x) (fun i => dot (S m) (W i) (psi_e z))) (A z) /\
    p x z / px x = family (h' z) (dot m (psi z) (fun j => dot (S n) (nu_e x) (fun i => W i j))) (B x).
Proof.
  intros Hz Hx E.
  exists (fun z => ln (pz z) - ln (h' z) - dot (S m) (W n) (psi_e z)),
         (fun x => ln (px x) - ln (h x) - dot (S n) (nu_e x) (fun i => W i m)).
  intros x z. destruct (converse n m nu psi W x z) as [E1 E2]. fold (nu_e x) (psi_e z) in E1, E2.
  unfold family. rewrite E. split.
  - rewrite <- E1. simpl.
    match goal with |- context[exp (?s - (ln ?u - ln ?v - ?r))] =>
      replace (s - (ln u - ln v - r)) with ((s + r) + ln v + - ln u) by ring end.
    rewrite (exp_plus _ (- ln _)), (exp_plus _ (ln _)), exp_Ropp, !exp_ln by auto. field. specialize (Hz z). lra.
  - rewrite <- E2. simpl.
    match goal with |- context[exp (?s - (ln ?u - ln ?v - ?r))] =>
      replace (s - (ln u - ln v - r)) with ((s + r) + ln v + - ln u) by ring end.
    rewrite (exp_plus _ (- ln _)), (exp_plus _ (ln _)), exp_Ropp, !exp_ln by auto. field. specialize (Hx x). lra.
Qed.

Theorem criterion_densities (f : Z -> nat -> R) (A : Z -> R) (pz : Z -> R) (px : X -> R) :
  affinely_spans n nu -> (forall z, 0 < pz z) -> (forall x, 0 < px x) ->
  ((exists g B, forall x z, family (h x) (dot n (nu x) (f z)) (A z) * pz z / px x
                            = family (h' z) (dot m (psi z) (g x)) (B x))
   <-> C1 n m psi f /\ C2 m psi A (fun z => ln (pz z) - ln (h' z))).
Proof.
  intros Sn Hz Hx. rewrite <- (criterion n m nu psi f A _ Sn).
  assert (move : forall x u v, u / px x = v <-> u = v * px x).
  { intros x u v. specialize (Hx x). split; intro E; [subst v|subst u]; field; lra. }
  split.
  - intros (g & B & E). exists g, (fun x => ln (px x) - B x - ln (h x)). intros x z.
    specialize (E x z). apply move, (bayes_is_equation_9 x z) in E; auto. simpl in *. lra.
  - intros (g & b & E). exists g, (fun x => ln (px x) - b x - ln (h x)). intros x z.
    apply move, (bayes_is_equation_9 x z); auto. specialize (E x z). simpl in *. lra.
Qed.

End Densities.
